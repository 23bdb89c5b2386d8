//! Attributes and derives of `underpin`.
