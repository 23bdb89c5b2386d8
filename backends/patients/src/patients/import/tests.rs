//! The whole file of the contract: each kind with its count, its positions and its variants.
