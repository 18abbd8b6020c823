package dev.holdfast.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every auditor that reads files: a broken one is a finding, never an exception. */
public abstract class AuditorContract {
    protected abstract Auditor auditor();

    /** A file that it reads when it is there. */
    protected abstract String file();

    /** A host where it looks at {@link #file}, whatever is in it. */
    protected FakeGrounds host() {
        return new FakeGrounds();
    }

    /** Lines before garbage that make a reader read on; none by default. */
    protected List<String> beginnings() {
        return List.of("");
    }

    protected String unreadable() {
        return auditor().program() + "-unreadable";
    }

    @Test
    void findsNothingWhereItsProgramIsNot() {
        assertThat(auditor().audit(new FakeGrounds())).isEqualTo(Verdict.NOTHING);
    }

    @Test
    void saysThatAFileCannotBeRead() {
        Verdict verdict = auditor().audit(host().unreadable(file()));
        assertThat(verdict.findings()).anySatisfy(f -> {
            assertThat(f.rule()).isEqualTo(unreadable());
            assertThat(f.sites()).contains(new Site(file(), 0));
        });
    }

    @Test
    void saysThatALineIsTooLong() {
        byte[] line = new byte[8 << 20];
        Arrays.fill(line, (byte) 'a');
        Verdict verdict = auditor().audit(host().bytes(file(), line));
        assertThat(verdict.findings()).anySatisfy(f -> {
            assertThat(f.rule()).isEqualTo(unreadable());
            assertThat(f.sites()).contains(new Site(file(), 1));
        });
        assertThat(verdict.findings()).allSatisfy(f -> assertThat(f.toString()).hasSizeLessThan(10_000));
    }

    /** Whatever bytes come: it ends, and without an exception. */
    @Test
    void survivesGarbage() {
        var random = new Random(9);
        for (String begun : beginnings()) {
            for (int i = 0; i < 200; i++) {
                byte[] bytes = new byte[random.nextInt(4_000)];
                random.nextBytes(bytes);
                for (int b = 0; b < bytes.length; b++) {
                    int kind = random.nextInt(4);
                    if (kind > 0) {
                        bytes[b] = (byte) "=[]{}();!#%\"'\\:- \n\t*/0123456789abcMGk@.$"
                                .charAt(random.nextInt("=[]{}();!#%\"'\\:- \n\t*/0123456789abcMGk@.$".length()));
                    }
                }
                byte[] head = begun.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                byte[] all = Arrays.copyOf(head, head.length + bytes.length);
                System.arraycopy(bytes, 0, all, head.length, bytes.length);
                Verdict verdict = auditor().audit(host().bytes(file(), all));
                assertThat(verdict.looked()).contains(file());
            }
        }
    }

    protected static List<String> rules(Verdict verdict) {
        return verdict.findings().stream().map(Finding::rule).toList();
    }

    protected static Finding only(Verdict verdict, String rule) {
        var of = verdict.findings().stream().filter(f -> f.rule().equals(rule)).toList();
        assertThat(of).as("%s in %s", rule, verdict.findings()).hasSize(1);
        return of.getFirst();
    }

    /** The file after a finding's edits, for a single edit. */
    protected static List<String> mended(FakeGrounds host, Finding finding) throws java.io.IOException {
        assertThat(finding.fix().edits()).isNotEmpty();
        String file = finding.fix().edits().getFirst().file();
        var lines = new java.util.ArrayList<>(host.lines(file));
        for (Edit edit : finding.fix().edits()) {
            if (edit.file().equals(file)) {
                var place = lines.subList(
                        edit.line() - 1, edit.line() - 1 + edit.before().size());
                assertThat(place).isEqualTo(edit.before());
                place.clear();
                lines.addAll(edit.line() - 1, edit.after());
            }
        }
        return lines;
    }
}
