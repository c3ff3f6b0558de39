//! Which addresses are on the public internet. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public internet: not this machine, not its network, not a carrier's, and none that wraps such a one.
///
/// The ranges are those of IANA's registries of special addresses (RFC 6890 and its successors). Of IPv6 only what is given out (`2000::/3`)
/// counts; an IPv4 address within one of NAT64 or of the mapped form is judged as itself; 6to4 and Teredo, which are gone from the
/// internet, are refused.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

const fn v4(address: Ipv4Addr) -> bool {
    let special = matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]            // this network, private, loopback, multicast and reserved with broadcast
            | [100, 64..=127, ..]                 // between a carrier and its customers
            | [169, 254, ..]                      // link-local, and where clouds keep their secrets
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]                  // protocol assignments, documentation
            | [192, 88, 99, _]                    // relays of 6to4
            | [192, 168, ..]
            | [198, 18 | 19, ..]                  // measurements between networks
            | [198, 51, 100, _]
            | [203, 0, 113, _] // documentation
    );
    !special
}

const fn v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Mapped, and through the well-known prefix of NAT64, by which hosts without IPv4 reach it.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments with Teredo; documentation; 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0.0.0.0", "0.255.255.255")]
    #[case("10.0.0.0", "10.255.255.255")]
    #[case("100.64.0.0", "100.127.255.255")]
    #[case("127.0.0.0", "127.255.255.255")]
    #[case("169.254.0.0", "169.254.255.255")]
    #[case("172.16.0.0", "172.31.255.255")]
    #[case("192.0.0.0", "192.0.0.255")]
    #[case("192.0.2.0", "192.0.2.255")]
    #[case("192.88.99.0", "192.88.99.255")]
    #[case("192.168.0.0", "192.168.255.255")]
    #[case("198.18.0.0", "198.19.255.255")]
    #[case("198.51.100.0", "198.51.100.255")]
    #[case("203.0.113.0", "203.0.113.255")]
    #[case("224.0.0.0", "255.255.255.255")]
    #[case("::", "::1")]
    #[case("::127.0.0.1", "::8.8.8.8")] // compatible form
    #[case("::ffff:127.0.0.1", "::ffff:127.255.255.255")]
    #[case("::ffff:10.0.0.0", "::ffff:10.255.255.255")]
    #[case("64:ff9b::169.254.0.0", "64:ff9b::169.254.255.255")]
    #[case("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    #[case("100::", "100::ffff:ffff:ffff:ffff")]
    #[case("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    fn special_ranges_are_not_public_to_their_ends(#[case] first: IpAddr, #[case] last: IpAddr) {
        assert!(!is_public(first), "{first}");
        assert!(!is_public(last), "{last}");
    }

    #[rstest]
    #[case("1.0.0.0")]
    #[case("9.255.255.255")]
    #[case("11.0.0.0")]
    #[case("100.63.255.255")]
    #[case("100.128.0.0")]
    #[case("126.255.255.255")]
    #[case("128.0.0.0")]
    #[case("169.253.255.255")]
    #[case("169.255.0.0")]
    #[case("172.15.255.255")]
    #[case("172.32.0.0")]
    #[case("192.0.1.0")]
    #[case("192.0.3.0")]
    #[case("192.167.255.255")]
    #[case("192.169.0.0")]
    #[case("198.17.255.255")]
    #[case("198.20.0.0")]
    #[case("223.255.255.255")]
    #[case("::ffff:8.8.8.8")]
    #[case("64:ff9b::8.8.8.8")]
    #[case("2000::")]
    #[case("2001:200::")]
    #[case("2001:db7::")]
    #[case("2001:db9::")]
    #[case("2003::")]
    #[case("2606:4700::6810:84e5")]
    #[case("3fff:1000::")]
    fn what_lies_beside_them_is(#[case] address: IpAddr) {
        assert!(is_public(address), "{address}");
    }

    proptest! {
        /// The judgement does not depend on how an IPv4 address is wrapped.
        #[test]
        fn wrapping_changes_nothing(address: u32) {
            let plain = Ipv4Addr::from(address);
            prop_assert_eq!(is_public(plain.to_ipv6_mapped().into()), is_public(plain.into()));
            let nat64 = Ipv6Addr::from(0x0064_ff9b_u128 << 96 | u128::from(address));
            prop_assert_eq!(is_public(nat64.into()), is_public(plain.into()));
        }

        /// Everything that the standard library calls private, local or many is refused here too.
        #[test]
        fn what_the_standard_library_knows_is_refused(address: u32, six: u128) {
            let four = Ipv4Addr::from(address);
            if four.is_private() || four.is_loopback() || four.is_link_local() || four.is_multicast() || four.is_unspecified()
                || four.is_broadcast() || four.is_documentation() {
                prop_assert!(!is_public(four.into()));
            }
            let six = Ipv6Addr::from(six);
            if six.is_loopback() || six.is_multicast() || six.is_unique_local() || six.is_unicast_link_local() {
                prop_assert!(!is_public(six.into()));
            }
        }
    }
}
