//! Underpin.
