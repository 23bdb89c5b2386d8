//! The whole import against an example model, on both engines.
