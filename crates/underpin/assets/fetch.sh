#!/bin/sh
# Fetches the documentation pages' scripts from the npm registry and stores them gzipped.
# To move to another version: change it here and in the READMEs beside the files, run, look at both pages.
set -eu
swagger_ui=5.35.0
redoc=2.5.4

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

unpack() {
    npm pack --silent "$1@$2" >/dev/null
    mkdir "$1"
    tar -xzf "$1-$2.tgz" -C "$1" --strip-components=1
    sha256sum "$1-$2.tgz"
}

unpack swagger-ui-dist "$swagger_ui"
for file in swagger-ui-bundle.js swagger-ui.css; do
    gzip -n -9 <"swagger-ui-dist/$file" >"$here/swagger-ui/$file.gz"
done
cd swagger-ui-dist
cp LICENSE NOTICE favicon-32x32.png oauth2-redirect.js swagger-ui-bundle.js.LICENSE.txt "$here/swagger-ui/"
cd ..

unpack redoc "$redoc"
# ReDoc takes a logo of 16 pixels from its maker's server: an empty picture stands in.
logo=https://cdn.redoc.ly/redoc/logo-mini.svg
empty='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
grep -q "$logo" redoc/bundles/redoc.standalone.js
sed "s#$logo#$empty#" redoc/bundles/redoc.standalone.js | gzip -n -9 >"$here/redoc/redoc.standalone.js.gz"
cp redoc/LICENSE redoc/bundles/redoc.standalone.js.LICENSE.txt "$here/redoc/"
