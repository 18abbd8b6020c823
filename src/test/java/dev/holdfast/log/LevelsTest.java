package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as programs write them. */
class LevelsTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "time=2026-11-21T05:50:00Z level=warning msg=\"disk\" => WARNING",
                "ts=1 lvl=\"error\" msg=x => ERROR",
                "severity=NOTICE x => NOTICE",
                "{\"ts\":1,\"level\":\"info\",\"msg\":\"level=error\"} => INFO",
                "{\"msg\":\"x\",\"nested\":{\"level\":\"error\"},\"severity\":\"WARNING\"} => WARNING",
                "{\"level\":50,\"time\":1,\"msg\":\"pino\"} => ERROR",
                "{\"message\":\"m\",\"level\":400,\"level_name\":\"ERROR\",\"channel\":\"app\"} => ERROR",
                "{\"message\":\"m\",\"level\":300,\"channel\":\"app\"} => WARNING",
                "[21-Nov-2026 05:50:00] NOTICE: fpm is running, pid 7 => NOTICE",
                "[21-Nov-2026 05:50:00] WARNING: [pool www] server reached max_children => WARNING",
                "[21-Nov-2026 05:50:00 UTC] PHP Warning:  Undefined variable $x in /a.php on line 3 => WARNING",
                "PHP Fatal error:  Uncaught Exception => ERROR",
                "PHP Deprecated:  old => NOTICE",
                "2026/11/21 05:50:00 [error] 7#7: *1 open() failed => ERROR",
                "2026/11/21 05:50:00 [emerg] 7#7: bind() failed => CRITICAL",
                "WARNING:root:watch out => WARNING",
                "2026-11-21 05:50:00,123 - app.db - ERROR - lost => ERROR",
                "2026-11-21 05:50:00,123 WARN  [main] com.example.App - slow => WARNING",
                "05:50:00.123 [main] DEBUG com.example.App -- started => DEBUG",
                "2026-11-21T05:50:00.123+01:00  INFO 7 --- [main] c.e.App : up => INFO",
                "I1121 05:50:00.123456    7 file.go:1] hello => INFO",
                "E1121 05:50:00.123456    7 file.go:1] hello => ERROR",
                "<3>disk full => ERROR",
                "<7>detail => DEBUG",
                "error: no such file => ERROR",
            })
    void findsTheLevel(String line, String level) {
        assertThat(levelOf(line)).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "127.0.0.1 - - [21/Nov/2026:05:50:00 +0000] \"GET /ERROR/x HTTP/1.1\" 200 1 => x",
                "no errors were found => x",
                "an error in the middle of a sentence => x",
                "{\"msg\":\"ERROR\"} => x",
                "mylevel=error => x",
                "'' => x",
                "{ => x",
                "{\"level => x",
                "{\"level\": => x",
                "level= => x",
            })
    void seesNoneWhereNoneIsSaid(String line, String ignored) {
        assertThat(levelOf(line)).isEqualTo("null");
    }

    private static String levelOf(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return String.valueOf(Levels.of(bytes, 0, bytes.length));
    }
}
