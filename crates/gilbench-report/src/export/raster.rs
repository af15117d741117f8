//! SVG to PNG, with a font of our own, so that a picture looks the same wherever it is made.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, ID};
use resvg::usvg::{FontResolver, Options, Tree};

use crate::error::ReportErrorKind;

/// Pixels a user unit: sharp on screens of twice the resolution.
const SCALE: f32 = 2.0;

/// From this weight on, text is bold.
const BOLD: u16 = 600;

/// The embedded fonts: regular, then bold.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
    fonts.load_font_data(notosans::BOLD_TTF.to_vec());
    Arc::new(fonts)
});

/// Draws a document of this size in user units.
pub(super) fn png(svg: &str, (width, height): (f64, f64)) -> Result<Vec<u8>, ReportErrorKind> {
    let failed = |error: &dyn std::fmt::Display| ReportErrorKind::Chart(error.to_string());
    let options = Options { fontdb: Arc::clone(&FONTS), font_resolver: resolver(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| failed(&error))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
    let pixels = |length: f64| (length * f64::from(SCALE)).ceil() as u32;
    let mut pixmap = Pixmap::new(pixels(width), pixels(height)).ok_or_else(|| failed(&"it has no size"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| failed(&error))
}

/// Whatever family is asked for, ours is taken; for a character that it has not, whichever of the system's fonts has it.
fn resolver<'a>() -> FontResolver<'a> {
    let fallback = FontResolver::default_fallback_selector();
    FontResolver {
        select_font: Box::new(|font, fonts| {
            let mut ids = fonts.faces().map(|face| face.id);
            if font.weight() >= BOLD { ids.nth(1) } else { ids.next() }
        }),
        select_fallback: Box::new(move |character, used: &[ID], fonts| {
            if fonts.len() == FONTS.len() {
                Arc::make_mut(fonts).load_system_fonts();
            }
            fallback(character, used, fonts)
        }),
    }
}
