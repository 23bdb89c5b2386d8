# `just` alone lists what can be done. `just check` is exactly what CI does.

_list:
    @just --list --unsorted

# everything that CI checks
check:
    .ci/run

# format every source
fmt:
    cargo fmt --all

# all tests, on SQLite and PostgreSQL; or those of one backend
test backend="":
    cargo xtask test {{ if backend == "" { "" } else { "-p " + backend } }}

# run a backend on its embedded database
run backend="notes":
    cargo run -p {{ backend }}

# write openapi.json anew
openapi:
    cargo xtask openapi

# send the recorded traffic of the original to a backend, on both databases
contract backend="notes":
    cargo xtask replay {{ backend }}
