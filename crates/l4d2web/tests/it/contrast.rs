//! The colours of `tokens.css` against WCAG 2: every pair that `app.css` puts on one another, in both themes.

use std::collections::HashMap;

/// Text needs this much, parts of the interface [`PART`].
const TEXT: f64 = 4.5;
const PART: f64 = 3.0;

/// Reads the lines `--name: light-dark(#…, #…)`.
fn tokens() -> HashMap<String, [String; 2]> {
    let css = include_str!("../../assets/tokens.css");
    let parts = css.split("--").skip(1);
    parts
        .filter_map(|part| {
            let (name, rest) = part.split_once(':')?;
            let (light, rest) = rest.trim_start().strip_prefix("light-dark(")?.split_once(',')?;
            let (dark, _) = rest.split_once(')')?;
            Some((name.to_owned(), [light.trim().to_owned(), dark.trim().to_owned()]))
        })
        .collect()
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour is #rrggbb")) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_told_apart() {
    let tokens = tokens();
    let grounds = ["bg", "surface", "raised", "sunken"];
    let mut pairs: Vec<(String, String, f64)> = Vec::new();
    let mut add = |ink: &str, ground: &str, least| pairs.push((ink.to_owned(), ground.to_owned(), least));
    for ground in grounds {
        for ink in ["ink", "ink-2", "ink-3", "accent"] {
            add(ink, ground, TEXT);
        }
        add("focus", ground, PART);
    }
    for ground in ["surface", "raised", "bg"] {
        add("edge", ground, PART);
        add("danger", ground, TEXT);
    }
    for (ink, ground) in [
        ("on-accent", "accent"),
        ("on-accent", "accent-2"),
        ("on-danger", "danger-solid"),
        ("on-door", "door"),
        ("on-door-2", "door"),
    ] {
        add(ink, ground, TEXT);
    }
    add("lamp", "door", PART);
    for state in ["run", "move", "off", "fail", "drift", "stale"] {
        let tint = format!("{state}-bg");
        for ink in [state, "ink", "ink-2"] {
            add(ink, &tint, TEXT);
        }
        for ground in ["surface", "bg"] {
            add(state, ground, TEXT);
        }
        if state != "off" {
            add(state, "sunken", TEXT);
        }
    }
    for ground in ["raised", "sunken"] {
        for word in ["tok-note", "tok-word", "tok-text", "tok-num"] {
            add(word, ground, TEXT);
        }
    }
    let mut low = Vec::new();
    for (ink, ground, least) in &pairs {
        for (place, theme) in ["light", "dark"].iter().enumerate() {
            let found = contrast(&tokens[ink][place], &tokens[ground][place]);
            if found < *least {
                low.push(format!("{ink} on {ground}, {theme}: {found:.2} of {least}"));
            }
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

/// One file names colours.
#[test]
fn colours_stand_in_the_tokens_alone() {
    let css = include_str!("../../assets/app.css");
    let named: Vec<_> = css.lines().filter(|line| line.contains(": #") && !line.contains("dialog::backdrop")).collect();
    assert!(named.is_empty(), "{named:?}");
}
