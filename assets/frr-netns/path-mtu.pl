# path-mtu.pl ADDRESS SIZE: prints the size of the largest packet, up to SIZE bytes with its IP header, that reaches a host whole and is
# answered; 0 when not even a small one is. Packets that do not fit are to be dropped and not cut, and what the kernel remembers of the
# path does not count. Root only.
use strict;
use warnings;
use Errno qw(EMSGSIZE EHOSTUNREACH ENETUNREACH);
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

my ($address, $wanted) = @ARGV;
my $six = $address =~ /:/;
my ($family, $protocol, $ask, $answer, $headers, $least) = $six ? (AF_INET6, 58, 128, 129, 48, 1280) : (AF_INET, 1, 8, 0, 28, 576);
my $binary = inet_pton($family, $address) or die "$address is no address\n";
my $to = $six ? pack_sockaddr_in6(0, $binary) : pack_sockaddr_in(0, $binary);
socket(my $socket, $family, SOCK_RAW, $protocol) or die "no socket: $!\n";
# Path MTU discovery by probes: never cut, and never refused but for the interface's own size.
my ($level, $discover, $probe) = $six ? (41, 23, 3) : (0, 10, 3);
setsockopt($socket, $level, $discover, pack('i', $probe)) or die "no probes: $!\n";
my ($id, $number) = ($$ & 0xffff, 0);

sub checksum {
    my $sum = 0;
    $sum += $_ for unpack('n*', length($_[0]) % 2 ? "$_[0]\0" : $_[0]);
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}

sub is_answered {
    # Others' answers come here too.
    my $left = 0.4;
    while ($left > 0) {
        vec(my $ready = '', fileno($socket), 1) = 1;
        (my $count, $left) = select($ready, undef, undef, $left);
        return 0 unless $count > 0;
        defined recv($socket, my $packet, 65536, 0) or next;
        my $at = $six ? 0 : (ord($packet) & 15) * 4;
        next if length($packet) < $at + 8;
        my ($type, undef, undef, $whose, $which) = unpack('C C n n n', substr($packet, $at));
        return 1 if $type == $answer && $whose == $id && $which == $number;
    }
    return 0;
}

sub passes {
    my ($size) = @_;
    for (1 .. 3) {
        $number++;
        my $body = "\0" x ($size - $headers);
        my $sum = $six ? 0 : checksum(pack('C C n n n', $ask, 0, 0, $id, $number) . $body);
        if (!defined send($socket, pack('C C n n n', $ask, 0, $sum, $id, $number) . $body, 0, $to)) {
            return 0 if $! == EMSGSIZE || $! == EHOSTUNREACH || $! == ENETUNREACH;
            die "no packet to $address: $!\n";
        }
        return 1 if is_answered();
    }
    return 0;
}

my ($fits, $cut) = (0, $wanted + 1);
if (passes($wanted)) { $fits = $wanted }
elsif ($least < $wanted && passes($least)) {
    ($fits, $cut) = ($least, $wanted);
    while ($cut - $fits > 1) {
        my $middle = int(($fits + $cut) / 2);
        if (passes($middle)) { $fits = $middle } else { $cut = $middle }
    }
}
print "$fits\n";
