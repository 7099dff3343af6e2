# solicit.pl INTERFACE...: asks for router advertisements on these interfaces (RFC 4861, 4.1), of the routers behind them and, by the
# copy that a multicast leaves behind, of our own zebra. They answer at once; unasked they advertise each second when they have just
# started, and each ten seconds later, and bgpd knows no neighbor before that. Asked early it is not heard, so it is asked again.
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

my ($icmp6, $ipv6, $hops, $index_of) = (58, 41, 18, 0x8933);
socket(my $socket, AF_INET6, SOCK_RAW, $icmp6) or die "no socket: $!\n";
# With fewer hops it might come from elsewhere, and is not answered.
setsockopt($socket, $ipv6, $hops, pack('i', 255)) or die "no hops: $!\n";
my @routers = map {
    my $request = pack('a16 x24', $_);
    ioctl($socket, $index_of, $request) or die "$_: $!\n";
    pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::2'), unpack('x16 i', $request));
} @ARGV;
for my $pause (0.02, 0.06, 0.2, 0.6, 2) {
    select(undef, undef, undef, $pause);
    send($socket, pack('C C n N', 133, 0, 0, 0), 0, $_) for @routers;
}
