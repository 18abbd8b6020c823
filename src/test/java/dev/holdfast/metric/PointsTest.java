package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PointsTest {
    @Test
    void keepsTheLastValueOfEachAsAMapWould() {
        var points = new Points();
        var model = new LinkedHashMap<List<String>, Object>();
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            List<String> labels = List.of("p" + random.nextInt(3000), Integer.toString(random.nextInt(3)));
            double value = random.nextDouble();
            assertThat(points.put(labels, value, 100_000)).isTrue();
            model.put(labels, value);
        }
        assertThat(points.toMap()).isEqualTo(model);
        assertThat(List.copyOf(points.toMap().keySet())).isEqualTo(List.copyOf(model.keySet()));
    }

    @Test
    void takesNoMoreThanSoManyButWhatItHas() {
        var points = new Points();
        assertThat(points.put(List.of("a"), 1, 2)).isTrue();
        assertThat(points.put(List.of("b"), 2, 2)).isTrue();
        assertThat(points.put(List.of("c"), 3, 2)).isFalse();
        assertThat(points.put(List.of("a"), 4, 2)).isTrue();
        assertThat(points.size()).isEqualTo(2);
        assertThat(points.value(0)).isEqualTo(4);
        assertThat(points.labels(1)).containsExactly("b");
    }
}
