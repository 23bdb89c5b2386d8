//! How one part of the service is, in one word or sentence: what each part's own health page shows.

use underpin::model;

/// How one part of the service is.
#[model(response)]
pub struct Health {
    status: String,
}

impl Health {
    /// In these words.
    pub fn new(status: &str) -> Self {
        Self {
            status: status.to_owned(),
        }
    }
}
