# Starts a program for which setgroups(2) succeeds without doing anything, by a seccomp filter.
# In a user namespace made without privileges the kernel refuses setgroups, and FRR's daemons give up then.
use strict;
use warnings;

my %calls = (x86_64 => [157, 116], aarch64 => [167, 159]);    # prctl, setgroups
my $machine = (split ' ', `uname -m`)[0];
my $numbers = $calls{$machine} or die "allow-setgroups: no system call numbers for $machine\n";
my ($prctl, $setgroups) = @$numbers;

# struct sock_filter: code, jump if true, jump if false, constant
my @program = (
    [0x20, 0, 0, 0],             # load the system call's number
    [0x15, 0, 1, $setgroups],    # setgroups?
    [0x06, 0, 0, 0x00050000],    #   yes: errno 0, which is success
    [0x06, 0, 0, 0x7fff0000],    #   no: as always
);
my $filter = join '', map { pack 'SCCL', @$_ } @program;
my $fprog = pack 'S x![P] P', scalar @program, $filter;

syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "allow-setgroups: PR_SET_NO_NEW_PRIVS: $!\n";
syscall($prctl, 22, 2, $fprog) == 0 or die "allow-setgroups: PR_SET_SECCOMP: $!\n";
exec { $ARGV[0] } @ARGV or die "allow-setgroups: $ARGV[0]: $!\n";
