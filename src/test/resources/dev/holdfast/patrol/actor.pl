# A process of known behaviour: actor.pl DIRECTORY ID MARK ROLE UNIT DELAY. Writes "PID UPTIME" into DIRECTORY/ID when it begins
# to be what a rule is about, and DIRECTORY/ID.pid when it is there. Times are multiples of UNIT seconds.
use strict;
use warnings;
use POSIX ();
my ($dir, $id, $mark, $role, $unit, $delay) = @ARGV;

sub rest { select(undef, undef, undef, $_[0]) }
sub forever { sleep 1000 while 1 }
sub uptime { open(my $f, '<', '/proc/uptime') or die; return (split ' ', <$f>)[0] }
sub say_to { my ($name, $text) = @_; open(my $f, '>', "$dir/$name.new") or die; print $f $text; close $f; rename "$dir/$name.new", "$dir/$name" }
sub there { say_to("$id.pid", $$) }
sub begins { say_to($id, "$$ " . uptime()) }
# Its own CPU time, so that a busy machine makes it slower and never more.
sub used { my @t = POSIX::times(); return $t[1] + $t[2] }
sub burn { my ($seconds) = @_; my $end = used() + $seconds * 100; until (used() >= $end) { my $n = 0; $n++ while $n < 5000 } }
# In the long run many burn at once, and must not starve each other.
sub busy { while (1) { burn($unit > 1 ? 0.04 : 0.1); rest($unit > 1 ? 1.5 : 0.4) } }
# Memory by vec: a repeated text of constant length is made when the script is compiled.
sub title { $0 = "$mark $_[0] $id" }
sub until_due { my $end = uptime() + $delay; rest(0.2) while uptime() < $end }

title('calm');
my %roles = (
    idle => sub { forever() },
    under => sub { while (1) { burn(0.02); rest($unit) } },
    'burst-under' => sub { while (1) { burn(0.1); rest(8 * $unit) } },
    over => sub { until_due(); begins(); busy() },
    'burst-over' => sub { until_due(); begins(); while (1) { burn($unit > 1 ? 0.2 : 0.1); rest($unit) } },
    leak => sub { my @all; until_due(); for (1 .. 45) { vec($all[$_], 1 << 20, 8) = 1; begins() if $_ == 37; rest(0.1 * $unit) } forever() },
    'leak-under' => sub { my @all; until_due(); for (1 .. 20) { vec($all[$_], 1 << 20, 8) = 1; rest(0.1) } forever() },
    spike => sub { while (1) { vec(my $x, 60 << 20, 8) = 1; rest(0.2); undef $x; rest(8 * $unit) } },
    'worker-ok' => sub { title('worker'); while (1) { burn(0.02); rest($unit) } },
    'worker-stuck' => sub { title('worker'); my $end = uptime() + $delay; while (uptime() < $end) { burn(0.02); rest($unit > 1 ? 4 : 1) } begins(); forever() },
    nursery => sub {
        while (1) {
            my $p = fork() // die;
            if ($p == 0) { title('short'); rest(4 * $unit); POSIX::_exit(7) }
            waitpid($p, 0);
            say_to("$id.wrong", $?) if $? != 7 << 8;
        }
    },
    'short-long' => sub { title('short'); begins(); forever() },
    retitle => sub { rest(13 * $unit); until_due(); title('short'); begins(); forever() },
    'retitle-away' => sub { title('short'); rest(6 * $unit); title('calm'); forever() },
    # Only the middle one ends: nobody leads the session of the last.
    orphan => sub {
        until_due();
        my $p = fork() // die;
        if ($p == 0) {
            POSIX::setsid();
            my $q = fork() // die;
            POSIX::_exit(0) if $q;
            rest(0.05) while getppid() != 1;
            begins();
            forever();
        }
        waitpid($p, 0);
        forever();
    },
    service => sub {
        my $p = fork() // die;
        if ($p == 0) { my $q = fork() // die; POSIX::_exit(0) if $q; POSIX::setsid(); there(); forever() }
        waitpid($p, 0);
        forever();
    },
    'zombie-parent' => sub { until_due(); my $p = fork() // die; POSIX::_exit(0) if $p == 0; begins(); forever() },
    'zombie-ok' => sub { while (1) { my $p = fork() // die; POSIX::_exit(0) if $p == 0; waitpid($p, 0); rest($unit) } },
    # Waits in the kernel, state D, for a child that has its memory until it executes something, which it does not.
    vfork => sub { title('short'); begins(); syscall(58) == 0 and forever() },
);
there();
$roles{$role}->();
