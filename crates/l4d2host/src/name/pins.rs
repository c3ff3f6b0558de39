//! The text of a pins file: the layers of a stack.

use super::error::shorten;
use super::{Layer, NameError};

/// Most lower layers that overlayfs takes (`OVL_MAX_STACK`, Linux 5.x to 6.18).
pub const LAYERS_MAX: usize = 500;

/// Parses a pins file: one layer a line, top first; every line ends with a newline.
///
/// # Errors
/// [`NameError::Layer`] for the first line that is not a layer, for a file without its last newline, and
/// for more than [`LAYERS_MAX`] lines.
pub fn parse_layers(text: &str) -> Result<Vec<Layer>, NameError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let body = text
        .strip_suffix('\n')
        .ok_or_else(|| NameError::Layer { line: shorten(text.lines().last().unwrap_or_default()) })?;
    let layers = body.split('\n').map(Layer::parse).collect::<Result<Vec<_>, _>>()?;
    if layers.len() > LAYERS_MAX {
        return Err(NameError::Layer { line: format!("number {} of at most {LAYERS_MAX}", layers.len()) });
    }
    Ok(layers)
}

/// Renders a pins file.
#[must_use]
pub fn render_layers(layers: &[Layer]) -> String {
    layers.iter().flat_map(|layer| [layer.path(), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pins_that_parse_render_the_same(text in "((trees/(installation|overlay/[a-z]{1,3})/[0-9]{1,3}|overlays/[a-z/]{0,6})\n?){0,4}") {
            if let Ok(layers) = parse_layers(&text) {
                prop_assert_eq!(render_layers(&layers), text);
            }
        }
    }
}
