//! The report as one HTML page. (to be written)

use super::Report;

pub(super) fn render(_: &Report) -> String {
    String::new()
}
