# What the chaos suite has Holdfast run. Usage: actor.pl PART MARK MARKS NAME [ARGUMENT]...
# An actor that must be alone holds a POSIX lock for life: the kernel gives it back when the process ends, and no fork has
# it. Who finds it taken says so in MARKS/twice.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :seek);
use IO::Socket::INET;
use POSIX ();
use Socket;

my ($part, $mark, $marks, $name, @rest) = @ARGV;
my @held;

sub note {
    my ($file, $text) = @_;
    sysopen(my $to, "$marks/$file", O_WRONLY | O_CREAT | O_APPEND) or die "$file: $!";
    syswrite($to, "$text\n");
    close($to);
}

# struct flock of x86_64 and aarch64
sub lock_of { return pack('s s x4 q q i x4', F_WRLCK, SEEK_SET, 0, 0, 0) }

sub alone {
    my ($what) = @_;
    sysopen(my $lock, "$marks/lock.$what", O_RDWR | O_CREAT) or die "$what: $!";
    my $asked = lock_of();
    fcntl($lock, F_GETLK, $asked);
    my (undef, undef, undef, undef, $holder) = unpack('s s x4 q q i', $asked);
    fcntl($lock, F_SETLK, lock_of()) or note('twice', "$what: pid $$ began while pid $holder was there");
    push @held, $lock;
}

# Of what an earlier attempt left behind.
sub nobody {
    my ($what) = @_;
    sysopen(my $lock, "$marks/lock.$what", O_RDWR | O_CREAT) or die "$what: $!";
    my $asked = lock_of();
    fcntl($lock, F_GETLK, $asked);
    my ($type, undef, undef, undef, $holder) = unpack('s s x4 q q i', $asked);
    note('twice', "$what: pid $$ began while pid $holder was left there") if $type != F_UNLCK;
    close($lock);
}

sub say_whole {
    my ($line) = @_;
    my $at = 0;
    while ($at < length $line) {
        my $wrote = syswrite(STDOUT, $line, length($line) - $at, $at);
        if (!defined $wrote) { next if $!{EINTR}; exit 9 }
        $at += $wrote;
    }
}

# A child out of its session and process group, which does not end by itself or when it is asked to.
sub escape {
    my ($what) = @_;
    pipe(my $ready, my $tell);
    my $pid = fork() // die "fork: $!";
    if (!$pid) {
        POSIX::setsid();
        exit 0 if fork();
        $SIG{TERM} = 'IGNORE';
        alone($what) if $what;
        close($ready);
        close($tell);
        sleep 1000 while 1;
    }
    close($tell);
    waitpid($pid, 0);
    my $got = <$ready>; # its end: the escaped one is set up
}

sub forever { select(undef, undef, undef, 0.5) while 1 }

sub ready {
    my $to = $ENV{NOTIFY_SOCKET} or return;
    socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
    send($socket, 'READY=1', 0, sockaddr_un($to));
}

if ($part eq 'serve') { # NAME PORT
    alone($name);
    my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $rest[0], Listen => 64, ReuseAddr => 1)
        or die "port $rest[0]: $@";
    while (1) { my $client = $server->accept or next; close($client) }
} elsif ($part eq 'app') {
    alone("$name.$ENV{HOLDFAST_REPLICA}");
    ready();
    forever();
} elsif ($part eq 'scribe') { # NAME PAUSE: numbered lines; many at SIGUSR1; how many they were, at the end
    alone($name);
    my ($more, $over, $n, $me) = (0, 0, 0, time() . ".$$");
    $SIG{USR1} = sub { $more += 5000 };
    $SIG{TERM} = sub { $over = 1 };
    while (!$over) {
        say_whole("$me " . ++$n . ' ' . 'x' x 80 . "\n");
        $more ? $more-- : select(undef, undef, undef, $rest[0]);
    }
    note("said.$name", "$me $n");
} elsif ($part eq 'crasher') {
    alone($name);
    say_whole("crashing\n");
    select(undef, undef, undef, 0.3);
    exit 3;
} elsif ($part eq 'stubborn') {
    $SIG{TERM} = 'IGNORE';
    nobody("$name.left");
    alone($name);
    escape("$name.left");
    forever();
} elsif ($part eq 'hog') { # NAME MEBIBYTES
    my $much = 'x' x ($rest[0] << 20);
    forever();
} elsif ($part eq 'run') { # NAME SECONDS EXIT: of a schedule
    nobody("$name.left");
    alone($name);
    note("runs.$name", $$);
    escape("$name.left") if $rest[2];
    select(undef, undef, undef, $rest[0]);
    exit $rest[1];
} elsif ($part eq 'job') { # NAME ID KIND
    my ($id, $kind) = @rest;
    nobody("job.$id.left");
    alone("job.$id");
    note('began', $id);
    sleep 1000 if $kind eq 'hang';
    exit 7 if $kind eq 'bad';
    escape("job.$id.left") if $kind eq 'fork';
    if ($ENV{HOLDFAST_WORKDIR}) {
        open(my $to, '>', "$ENV{HOLDFAST_WORKDIR}/out") or exit 4;
        print $to "$id\n" or exit 4;
        close($to) or exit 4;
    }
    select(undef, undef, undef, 0.05);
    note('done', $id);
} else {
    die "no part $part";
}
