#!/bin/sh
# Install packages of Debian's for a step of the Makefile, or say in a sentence which are missing.
# One that ends in "?" is left out where this Debian has no such package.
# Use: sh tools/packages.sh "what they are for" PACKAGE [PACKAGE ...]
purpose=$1
shift
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
	echo "Missing for $purpose: install the packages $*, then run make again." >&2
	exit 1
fi
echo "Installing $purpose (once) ..."
here=$(dirname "$0")
sh "$here/quietly.sh" "reading Debian's list of packages" $as_root apt-get update -qq || exit
for name in "$@"; do
	shift
	case $name in
	*\?)
		name=${name%?}
		apt-cache show "$name" >/dev/null 2>&1 || {
			echo "This Debian has no $name: what it is for is left out."
			continue
		} ;;
	esac
	set -- "$@" "$name"
done
sh "$here/quietly.sh" "installing $purpose" \
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
