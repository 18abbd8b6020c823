package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server may take: buffers that it has once, and those of each connection. */
final class Memory {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;

    /** Defaults of MariaDB 10.11, in bytes. */
    private static final Map<String, Long> GLOBAL = inOrder(
            "innodb_buffer_pool_size", 128 * MIB,
            "innodb_log_buffer_size", 16 * MIB,
            "key_buffer_size", 128 * MIB,
            "aria_pagecache_buffer_size", 128 * MIB,
            "query_cache_size", MIB);

    private static final Map<String, Long> CONNECTION = inOrder(
            "sort_buffer_size", 2 * MIB,
            "read_buffer_size", 128 * KIB,
            "read_rnd_buffer_size", 256 * KIB,
            "join_buffer_size", 256 * KIB,
            "thread_stack", 292 * KIB,
            "binlog_cache_size", 32 * KIB,
            "max_allowed_packet", 16 * MIB);

    /** Where MySQL 8 has others. */
    private static final Map<String, Long> MYSQL = Map.of(
            "key_buffer_size",
            8 * MIB,
            "aria_pagecache_buffer_size",
            0L,
            "query_cache_size",
            0L,
            "sort_buffer_size",
            256 * KIB,
            "thread_stack",
            MIB,
            "max_allowed_packet",
            64 * MIB);

    private static final int CONNECTIONS = 151;

    private final Grounds host;
    private final Notes notes;
    private final Map<String, Setting> winners;
    private final boolean mysql;

    Memory(Grounds host, Notes notes, Map<String, Setting> winners, boolean mysql) {
        this.host = host;
        this.notes = notes;
        this.winners = winners;
        this.mysql = mysql;
    }

    private static Map<String, Long> inOrder(Object... pairs) {
        var map = new LinkedHashMap<String, Long>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], (Long) pairs[i + 1]);
        }
        return map;
    }

    void judge() {
        var evidence = new ArrayList<String>();
        var sites = new ArrayList<Site>();
        long global = sum(GLOBAL, evidence, sites);
        long atHome = sites.size();
        long each = Notes.plus(sum(CONNECTION, evidence, sites), temporary(evidence, sites));
        long connections = value("max_connections", CONNECTIONS, evidence, sites, false);
        long worst = Notes.plus(global, Notes.times(each, connections));
        long typical = Notes.plus(global, Notes.times(each, Math.max(1, connections / 10)));
        String arithmetic = Notes.size(global) + " + " + connections + " connections × " + Notes.size(each);
        evidence.add(arithmetic + " = " + Notes.size(worst));
        notes.claim(new Claim("mariadb", worst, typical, measured(), arithmetic, sites));
        long memory = host.memory();
        if (memory <= 0) {
            return;
        }
        evidence.add("memory of the host: " + Notes.size(memory));
        if (global > memory / 10 * 8) {
            buffers(global, memory, evidence, sites.subList(0, (int) atHome));
        } else if (worst > memory) {
            overcommit(global, each, connections, memory, evidence, sites);
        }
    }

    private void buffers(long global, long memory, List<String> evidence, List<Site> sites) {
        long pool = Math.max(128 * MIB, memory / 2 / (128 * MIB) * (128 * MIB));
        String line = "innodb_buffer_pool_size = " + pool / MIB + "M";
        Setting set = winners.get("innodb_buffer_pool_size");
        notes.add(Rules.BUFFERS.finding(
                set == null ? sites : List.of(set.site()),
                "innodb_buffer_pool_size",
                "global buffers of " + Notes.size(global) + " are more than 80 % of the host's " + Notes.size(memory),
                evidence,
                "The buffers fill up and stay; then the kernel kills the server, or what stands beside it.",
                set == null
                        ? Fix.byHand("set " + line)
                        : notes.replace("set " + line, set.site(), MariadbAudit.check(host), line)));
    }

    private void overcommit(
            long global, long each, long connections, long memory, List<String> evidence, List<Site> sites) {
        Setting set = winners.get("max_connections");
        long fits = (memory / 10 * 9 - global) / Math.max(1, each);
        String line = "max_connections = " + fits;
        String what = fits < 10
                ? "lower the buffers per connection: not even 10 connections fit"
                : "set " + line + ", or lower the buffers per connection";
        // The server's own defaults multiply to more than small hosts have, and hardly ever come to it.
        boolean chosen = set != null || CONNECTION.keySet().stream().anyMatch(winners::containsKey);
        notes.add(Rules.OVERCOMMIT.finding(
                chosen ? Rules.OVERCOMMIT.grade() : Grade.NOTE,
                set == null ? sites : List.of(set.site()),
                "max_connections",
                connections + " connections at " + Notes.size(each) + " and global buffers of " + Notes.size(global)
                        + " may take " + Notes.size(Notes.plus(global, Notes.times(each, connections)))
                        + " of the host's " + Notes.size(memory),
                evidence,
                "When all connections are in use, the kernel kills the server, or what stands beside it.",
                set == null || fits < 10
                        ? Fix.byHand(what)
                        : notes.replace(what, set.site(), MariadbAudit.check(host), line)));
    }

    /** A temporary table in memory is bounded by the smaller of two. */
    private long temporary(List<String> evidence, List<Site> sites) {
        return Math.min(
                value("tmp_table_size", 16 * MIB, evidence, sites, true),
                value("max_heap_table_size", 16 * MIB, evidence, sites, true));
    }

    private long sum(Map<String, Long> names, List<String> evidence, List<Site> sites) {
        long sum = 0;
        for (var name : names.entrySet()) {
            long preset = mysql ? MYSQL.getOrDefault(name.getKey(), name.getValue()) : name.getValue();
            sum = Notes.plus(sum, value(name.getKey(), preset, evidence, sites, true));
        }
        return sum;
    }

    private long value(String name, long preset, List<String> evidence, List<Site> sites, boolean bytes) {
        Setting set = winners.get(name);
        if (set == null) {
            evidence.add(name + " = " + (bytes ? Notes.size(preset) : preset) + " by default");
            return preset;
        }
        long number = Setting.number(set.value());
        if (number < 0) {
            notes.broken(set.site(), "sets " + name + " to what is no number with K, M, G or T", set.value());
            return preset;
        }
        evidence.add(name + " = " + (bytes ? Notes.size(number) : number) + " in " + set.site());
        sites.add(set.site());
        return number;
    }

    private @Nullable Long measured() {
        return host.running().stream()
                .filter(p -> MariadbAudit.isServer(p) && p.pss() != Grounds.UNKNOWN)
                .map(Grounds.Running::pss)
                .reduce(Long::sum)
                .orElse(null);
    }
}
