package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTextTest {
    private static final String WHOLE =
            "HTTP/1.1 503 Service Unavailable\r\nretry-after:  5 \r\nContent-Length: 4\r\n\r\n{é}";

    private static Transport.@Nullable Answer parse(String text, int piece) throws IOException {
        var http = new HttpText();
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        Transport.@Nullable Answer answer = null;
        for (int at = 0; at < all.length && answer == null; at += piece) {
            byte[] next = java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + piece));
            answer = http.more(next, next.length);
        }
        return answer;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void isTheSameInWhateverPiecesItComes(int piece) throws IOException {
        assertThat(parse(WHOLE, piece)).isEqualTo(new Transport.Answer(503, Duration.ofSeconds(5), "{é}"));
    }

    @Test
    void isNotWholeBeforeItsLastByte() throws IOException {
        assertThat(parse(WHOLE.substring(0, WHOLE.length() - 1), 1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: 1\r\nContent-Length: 0\r\n\r\n"
            })
    void refusesWhatIsNoAnswer(String text) {
        assertThatThrownBy(() -> parse(text, 1000)).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAHeadWithoutAnEnd() {
        assertThatThrownBy(() -> parse("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(10_000), 4096))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("head");
    }

    @Test
    void aRequestSaysItsLengthInBytes() {
        assertThat(new String(HttpText.request(new Transport.Ask("/p", "é")), StandardCharsets.UTF_8))
                .startsWith("POST /p HTTP/1.1\r\n")
                .contains("Content-Length: 2\r\n")
                .endsWith("\r\n\r\né");
        assertThat(new String(HttpText.request(new Transport.Ask("/p", null)), StandardCharsets.UTF_8))
                .startsWith("GET /p HTTP/1.1\r\n")
                .doesNotContain("Content-Length");
    }
}
