//! What handlers take from the request, one extractor per file.

/// What every extractor has: the value inside, taken out or looked at.
macro_rules! wraps {
    ($extractor:ident) => {
        impl<T> $extractor<T> {
            /// The value itself.
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T> std::ops::Deref for $extractor<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    };
}

mod body;
mod header;
mod path;
mod query;

pub use body::Valid;
pub use header::Header;
pub use path::Path;
pub use query::Query;
