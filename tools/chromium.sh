#!/bin/sh
# Print the path of a Chromium that runs, installing one when there is none. $1: the environment's python.
# Order: $PORTAL_CHROMIUM, PATH, Playwright's own, apt-get (root or password-free sudo), Playwright's download.
set -eu
python=$1

runs() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; }

on_path() {
    # the shell draws the same without a window's own interface: a page costs a third less
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name") || continue
        # Ubuntu's chromium-browser may be a stub that only asks for a snap.
        runs "$path" && echo "$path" && return 0
    done
    return 1
}

playwrights_own() {
    path=$("$python" -c 'if True:
        from playwright.sync_api import sync_playwright
        with sync_playwright() as playwright:
            print(playwright.chromium.executable_path)')
    runs "$path" && echo "$path"
}

if [ -n "${PORTAL_CHROMIUM:-}" ]; then
    runs "$PORTAL_CHROMIUM" && echo "$PORTAL_CHROMIUM" && exit 0
    echo "error: PORTAL_CHROMIUM=$PORTAL_CHROMIUM does not run." >&2
    exit 1
fi
on_path && exit 0
playwrights_own && exit 0

root=no
[ "$(id -u)" -eq 0 ] && root=yes && sudo=
[ $root = no ] && sudo -n true 2>/dev/null && root=yes && sudo="sudo -n"

if [ $root = yes ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium with apt-get." >&2
    $sudo apt-get update -qq >&2 || true
    for package in chromium-headless-shell chromium; do
        if $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            "$package" fonts-liberation fonts-noto-cjk >&2; then
            on_path && exit 0
        fi
    done
fi

echo "Downloading Chromium with Playwright." >&2
"$python" -m playwright install chromium >&2 && playwrights_own && exit 0

echo "error: no Chromium. Install it, or set PORTAL_CHROMIUM to one that runs." >&2
exit 1
