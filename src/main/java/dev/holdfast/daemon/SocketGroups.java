package dev.holdfast.daemon;

import dev.holdfast.api.Admission;
import dev.holdfast.api.Scope;
import dev.holdfast.config.ApiSpec.Access;
import dev.holdfast.linux.Accounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whom the control socket lets in: root and the daemon's own user to all, members of configured groups to what these may.
 * One group becomes the socket's own. Several cannot: then everybody may connect, and is refused in words unless he
 * belongs to one; as where the daemon may not give its socket away. Thread-safe.
 */
final class SocketGroups implements Admission {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    /** Each request asks, and each part of what goes on: the name service is not asked as often. */
    private static final long KEPT_NANOS = 15_000_000_000L;

    private static final int MOST_FOUND = 256;

    private record Peer(String user, String group) {}

    private record Found(SortedMap<String, Access> of, Set<Scope> scopes, long at) {}

    private final Map<Peer, Found> found = new ConcurrentHashMap<>();

    private volatile SortedMap<String, Access> groups = Collections.emptySortedMap();

    /** From now on these; whether they can reach the socket {@link #open} sees to. */
    void take(SortedMap<String, Access> anew) {
        groups = anew;
    }

    /**
     * Lets those reach it who may ask. May wait for the name service.
     *
     * @return those of them that this host does not know; nobody is let in for them
     * @throws IOException when the socket cannot be made reachable for them
     */
    List<String> open(SortedMap<String, Access> anew, Path socket) throws IOException {
        Map<Boolean, List<String>> known = anew.keySet().stream()
                .collect(Collectors.partitioningBy(g -> Accounts.group(g).isPresent()));
        List<String> there = known.getOrDefault(true, List.of());
        String mode =
                there.isEmpty() || (there.size() == 1 && given(socket, there.getFirst())) ? "rw-rw----" : "rw-rw-rw-";
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(mode));
        return known.getOrDefault(false, List.of());
    }

    private static boolean given(Path socket, String group) {
        try {
            var view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
            view.setGroup(socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            return true;
        } catch (IOException notOurs) { // only root, or who is in it himself, may (chown(2))
            return false;
        }
    }

    @Override
    public Set<Scope> scopes(String user, String group) {
        SortedMap<String, Access> now = groups;
        if (now.isEmpty()) {
            return Set.of();
        }
        var peer = new Peer(user, group);
        Found before = found.get(peer);
        if (before != null && before.of.equals(now) && System.nanoTime() - before.at < KEPT_NANOS) {
            return before.scopes;
        }
        if (found.size() >= MOST_FOUND) {
            found.clear();
        }
        Set<Scope> scopes = scopes(now, user, group);
        found.put(peer, new Found(now, scopes, System.nanoTime()));
        return scopes;
    }

    private static Set<Scope> scopes(SortedMap<String, Access> now, String user, String group) {
        var his = new HashSet<Integer>();
        if (!NUMBER.matcher(user).matches()) { // of a user without an entry only the group of his process is known
            Accounts.user(user).ifPresent(u -> {
                his.add(u.gid());
                his.addAll(u.groups());
            });
        }
        Accounts.group(group).ifPresent(his::add);
        var scopes = EnumSet.noneOf(Scope.class);
        for (Map.Entry<String, Access> entry : now.entrySet()) {
            if (Accounts.group(entry.getKey()).filter(his::contains).isPresent()) {
                scopes.addAll(scope(entry.getValue()).all());
            }
        }
        return scopes;
    }

    private static Scope scope(Access access) {
        return switch (access) {
            case READ -> Scope.READ;
            case SUBMIT -> Scope.SUBMIT;
            case OPERATE -> Scope.OPERATE;
        };
    }
}
