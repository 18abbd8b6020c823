/** The daemon and its command line; see ARCHITECTURE.md for the rooms. */
module dev.holdfast {
    requires static org.jspecify;
    requires static org.checkerframework.checker.qual; // annotations of the PostgreSQL driver's classes
    requires info.picocli;
    requires org.snakeyaml.engine;
    requires io.avaje.jsonb;
    requires re2j;
    requires java.sql;
    requires org.xerial.sqlitejdbc;
    requires org.postgresql.jdbc;
    requires org.eclipse.angus.mail;
    requires org.jline.terminal;
    requires org.jline.terminal.ffm;
    requires org.eclipse.jetty.server;
    requires io.github.bucket4j.core;
    requires java.naming; // the PostgreSQL driver compares a server's certificate with its name by it
    requires jdk.unsupported; // sun.misc.Signal: the only way to hear TERM, HUP and CHLD
    requires jdk.net; // SO_PEERCRED

    exports dev.holdfast.unit;

    opens dev.holdfast.cli to
            info.picocli;
    opens dev.holdfast.daemon to
            info.picocli;

    provides io.avaje.jsonb.spi.JsonbExtension with
            dev.holdfast.api.jsonb.GeneratedJsonComponent;
}
