#!/usr/bin/perl
# What docker, minikube, containerlab, cilium and kubectl are links to: it asks the stand-in world, says what that answers, and exits as it says.
# A deploy calls it some two hundred times, so it loads no more than it must.
use strict;
use Socket qw(PF_UNIX SOCK_STREAM pack_sockaddr_un);

my ($tool) = $0 =~ m{([^/]+)\z};
my $cwd = readlink('/proc/self/cwd') // do { require Cwd; Cwd::getcwd() };
my $input = $tool eq 'docker' && grep({ $_ eq '-i' } @ARGV) ? do { local $/; <STDIN> } : '';
socket(my $world, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
connect($world, pack_sockaddr_un("$ENV{LAB_WORLD}/socket")) or die "there is no world at $ENV{LAB_WORLD}: $!\n";
my $call = pack('(N/a*)*', $tool, $cwd, $input // '', @ARGV);
while ($call ne '') {
    my $sent = syswrite($world, $call) // die "write: $!\n";
    substr($call, 0, $sent, '');
}
shutdown($world, 1);
my $answer = do { local $/; <$world> };
die "the world ended\n" if !defined $answer || $answer eq '';
my ($code, $out, $err) = unpack('N N/a* N/a*', $answer);
print STDOUT $out;
print STDERR $err;
exit $code;
