#!/usr/bin/perl
# What docker, minikube, containerlab, cilium and kubectl are links to: it asks the stand-in world, says what that answers, and exits as it says.
use strict;
use warnings;
use Cwd qw(getcwd);
use Socket;

my ($tool) = $0 =~ m{([^/]+)\z};
my $input = $tool eq 'docker' && grep({ $_ eq '-i' } @ARGV) ? do { local $/; <STDIN> } : '';
socket(my $world, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
connect($world, pack_sockaddr_un("$ENV{LAB_WORLD}/socket")) or die "there is no world at $ENV{LAB_WORLD}: $!\n";
print $world pack('(N/a*)*', $tool, getcwd(), $input // '', @ARGV);
$world->flush;
shutdown($world, 1);
my $answer = do { local $/; <$world> };
die "the world ended\n" if !defined $answer || $answer eq '';
my ($code, $out, $err) = unpack('N N/a* N/a*', $answer);
print STDOUT $out;
print STDERR $err;
exit $code;
