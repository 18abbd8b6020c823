package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import dev.holdfast.unit.Resource;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many of a service there are, when it comes back, and what it may use. */
final class ComposeLimits {
    private final Fields f;
    private final Entry entry;
    private final String file;
    private final @Nullable Fields deploy;

    ComposeLimits(Fields f, Entry entry, String file) {
        this.f = f;
        this.entry = entry;
        this.file = file;
        this.deploy = f.within("deploy", file);
    }

    void replicas() {
        for (Fields from : deploy == null ? List.of(f) : List.of(f, deploy)) {
            String key = from == f ? "scale" : "replicas";
            String text = settled(from, key);
            if (text == null) {
                continue;
            }
            if (text.matches("\\d{1,4}") && Integer.parseInt(text) <= 1000) {
                entry.put("replicas", Integer.valueOf(text));
                if (Integer.parseInt(text) > 1) {
                    entry.remark(
                            from.at(key),
                            key + ": " + text + ": all on one host, so they cannot listen on one port",
                            "replicas");
                }
            } else {
                from.remark(key, text, "is no number up to 1000; not carried over");
            }
        }
    }

    /** A value of the file's own text, variables by their defaults; told, and null, when one has none. */
    private static @Nullable String settled(Fields from, String key) {
        String text = from.text(key);
        String marked = text == null ? null : References.ofCompose(text);
        String settled = marked == null ? null : References.settled(marked);
        if (text != null && settled == null) {
            from.remark(key, text, "not carried over: the variable says it");
        } else if (marked != null && References.any(marked)) {
            from.remark(key, text == null ? "" : text, "its default is taken");
        }
        return settled == null || settled.isEmpty() ? null : settled;
    }

    void restarts() {
        Origin at = f.at("restart");
        String restart = settled(f, "restart");
        Fields policy = deploy == null ? null : deploy.within("restart_policy", file);
        if (restart == null && policy == null) {
            entry.put("restart.policy", "never");
            entry.remark(
                    f.at(""),
                    "no restart is given, which is no there: restart: always would keep it running",
                    "restart");
        } else if (restart != null) {
            written(restart, at);
        }
        if (policy == null) {
            return;
        }
        String condition = policy.text("condition");
        if (restart == null) {
            entry.put(
                    "restart.policy",
                    condition == null || condition.equals("any")
                            ? "always"
                            : condition.equals("none") ? "never" : "on-failure");
        } else if (condition != null) {
            policy.remark("condition", condition, "not carried over beside restart");
        }
        String delay = duration(policy, "delay");
        if (delay != null) {
            entry.put("restart.delay", delay).put("restart.max_delay", delay).put("restart.multiplier", 1);
        }
        Integer most = policy.number("max_attempts", 0, 999_999_999);
        String window = duration(policy, "window");
        if (most != null) {
            Amounts.giveUpAfter(entry, Math.min(most, 100_000), 5);
            if (window != null && !window.equals("0s")) {
                entry.put("restart.window", window);
            }
        } else if (window != null) {
            policy.remark("window", window, "not carried over without max_attempts");
        }
        policy.rest();
    }

    private void written(String restart, Origin at) {
        switch (restart.split(":", 2)[0]) {
            case "always", "unless-stopped" -> entry.put("restart.policy", "always");
            case "no", "false" -> entry.put("restart.policy", "never");
            case "on-failure" -> {
                entry.put("restart.policy", "on-failure");
                String most = restart.contains(":") ? restart.substring(restart.indexOf(':') + 1) : "";
                if (most.matches("\\d{1,6}")) {
                    Amounts.giveUpAfter(entry, Integer.parseInt(most), 10);
                    entry.remark(
                            at,
                            "restart: " + restart + ": nearly; restarts count within the time that so many"
                                    + " failures take",
                            "restart");
                }
            }
            default -> entry.remark(at, "restart: " + Shown.line(restart) + ": is none; not carried over");
        }
    }

    private static @Nullable String duration(Fields from, String key) {
        String text = from.text(key);
        String duration = text == null ? null : Amounts.duration(text);
        if (text != null && duration == null) {
            from.remark(key, text, "is no duration; not carried over");
        }
        return duration;
    }

    void turn() {
        Fields resources = deploy == null ? null : deploy.within("resources", file);
        Fields limits = resources == null ? null : resources.within("limits", file);
        Fields kept = resources == null ? null : resources.within("reservations", file);
        Long memory = null;
        for (Fields from : present(f, limits)) {
            boolean own = from == f;
            Long bytes = bytes(from, own ? "mem_limit" : "memory");
            if (bytes != null) {
                memory = bytes;
                entry.put("resources.limits.memory", Amounts.size(bytes));
            }
            cpus(from, "cpus", "resources.limits.cpu");
            String pids = settled(from, own ? "pids_limit" : "pids");
            if (pids != null && pids.matches("[1-9]\\d{0,6}") && Integer.parseInt(pids) <= 4_194_304) {
                entry.put("resources.limits.pids", Integer.valueOf(pids));
            } else if (pids != null) {
                from.remark(own ? "pids_limit" : "pids", pids, "no limit is set");
            }
        }
        swap(memory);
        for (Fields from : present(f, kept)) {
            String key = from == f ? "mem_reservation" : "memory";
            Long bytes = bytes(from, key);
            if (bytes != null && (memory == null || bytes <= memory)) {
                entry.put("resources.reservations.memory", Amounts.size(bytes));
            } else if (bytes != null) {
                from.remark(key, Amounts.size(bytes), "is above the limit; not carried over");
            }
            if (from == kept) {
                cpus(from, "cpus", "resources.reservations.cpu");
            }
        }
        for (Fields from : present(limits, kept, resources)) {
            from.rest();
        }
        processor();
        ulimits();
        if (deploy != null) {
            deploy.none(
                    "not carried over: there is one host",
                    "mode",
                    "placement",
                    "endpoint_mode",
                    "update_config",
                    "rollback_config",
                    "labels");
            deploy.rest();
        }
    }

    private static List<Fields> present(@Nullable Fields... all) {
        var present = new ArrayList<Fields>();
        for (Fields one : all) {
            if (one != null) {
                present.add(one);
            }
        }
        return present;
    }

    private static @Nullable Long bytes(Fields from, String key) {
        String text = settled(from, key);
        Long bytes = text == null ? null : Amounts.bytes(text);
        if (text != null && bytes == null) {
            from.remark(key, text, "no limit is set");
        }
        return bytes;
    }

    private void cpus(Fields from, String key, String path) {
        String text = settled(from, key);
        if (text != null && text.matches("\\d{1,4}(\\.\\d{1,3})?") && new BigDecimal(text).signum() > 0) {
            entry.put(path, new BigDecimal(text));
        } else if (text != null) {
            from.remark(key, text, "is no number of processors; not carried over");
        }
    }

    private void swap(@Nullable Long memory) {
        String text = settled(f, "memswap_limit");
        Long bytes = text == null || text.equals("-1") ? null : Amounts.bytes(text);
        if (bytes != null && memory != null && bytes >= memory) {
            entry.put("resources.limits.memory_swap", Amounts.size(bytes));
        } else if (text != null) {
            f.remark("memswap_limit", text, "no limit is set");
        }
        f.none("not carried over: vm.swappiness is the host's", "mem_swappiness");
    }

    private void processor() {
        Origin at = f.at("cpuset");
        String set = settled(f, "cpuset");
        if (set != null && set.matches("\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*")) {
            var cpus = new ArrayList<Integer>();
            for (String part : set.split(",", -1)) {
                int from = Integer.parseInt(part.split("-", 2)[0]);
                int to = Integer.parseInt(part.contains("-") ? part.split("-", 2)[1] : part);
                for (int cpu = from; cpu <= Math.min(to, 1023); cpu++) {
                    cpus.add(cpu);
                }
            }
            entry.put("cpu_affinity", cpus);
        } else if (set != null) {
            entry.remark(at, "cpuset: " + Shown.line(set) + ": is no list of processors; not carried over");
        }
        Integer score = f.number("oom_score_adj", -1000, 1000);
        if (score != null) {
            entry.put("oom_score_adj", score);
        }
        f.none("not carried over: resources.reservations.cpu is a share", "cpu_shares");
        f.none(
                "not carried over: resources.limits.cpu is a limit",
                "cpu_quota",
                "cpu_period",
                "cpu_count",
                "cpu_percent",
                "cpu_rt_period",
                "cpu_rt_runtime");
        f.none("not carried over: resources.limits.io bounds each disk", "blkio_config");
        f.none("not carried over: oom_score_adj: -1000 keeps it from being chosen", "oom_kill_disable");
    }

    private void ulimits() {
        Origin at = f.at("ulimits");
        Tree written = f.take("ulimits");
        if (!(written instanceof Table all)) {
            if (written != null) {
                f.untold("ulimits", written, "is no mapping; not carried over");
            }
            return;
        }
        all.values().forEach((name, value) -> {
            String soft = amount(value instanceof Table t ? t.text("soft") : value instanceof Text t ? t : null);
            String hard = amount(value instanceof Table t ? t.text("hard") : value instanceof Text t ? t : null);
            Resource resource = Resource.named(name).orElse(null);
            if (resource == null || soft == null || hard == null) {
                entry.remark(at, "ulimits." + Shown.of(name, value) + ": not carried over");
                return;
            }
            var both = new LinkedHashMap<String, Object>();
            both.put("soft", soft);
            both.put("hard", hard);
            entry.put("rlimits." + name, soft.equals(hard) ? soft : both);
        });
    }

    private static @Nullable String amount(@Nullable Text written) {
        String text = written == null ? "" : written.value();
        return text.equals("-1") || text.equals("unlimited") ? "unlimited" : text.matches("\\d{1,18}") ? text : null;
    }
}
