use super::NAME_MAX;

/// What a copy is called: `Versus, copy`, `Versus, copy 2`, … It is as long as a name may be at most.
#[must_use]
pub fn copy_name(name: &str, number: usize) -> String {
    let suffix = if number == 1 { ", copy".to_owned() } else { format!(", copy {number}") };
    let room = NAME_MAX - suffix.chars().count();
    name.chars().take(room).chain(suffix.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_that_fits() {
        assert_eq!(copy_name("Versus", 1), "Versus, copy");
        assert_eq!(copy_name("Versus", 2), "Versus, copy 2");
        assert_eq!(copy_name(&"ö".repeat(NAME_MAX), 12).chars().count(), NAME_MAX);
    }
}
