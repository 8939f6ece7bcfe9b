#!/bin/sh
# A name for the files of `make compose` that overwrites nothing that the user changed or made.
#
#   kept_name.sh FOLDER NAME           prints NAME, or NAME.2, NAME.3, ... if the files of the first ones were changed
#   kept_name.sh --record FOLDER NAME  records the checksums of the files as written
#
# A file that has no record counts as changed.

files() {
    for file in "$name.musicxml" "$name.svg" "$name.pdf" "$name.mid" "$name"-[0-9].svg "$name"-[0-9][0-9].svg; do
        [ -e "$file" ] && printf '%s\n' "$file"
    done
    return 0
}

checksums() {
    files | while IFS= read -r file; do cksum "$file"; done
}

record=no
if [ "$1" = --record ]; then
    record=yes
    shift
fi
cd "$1" || exit 1
first=$2
name=$first
if [ "$record" = yes ]; then
    checksums >".$name.written"
    exit 0
fi
number=1
while [ -n "$(files)" ] && [ "$(checksums)" != "$(cat ".$name.written" 2>/dev/null)" ]; do
    number=$((number + 1))
    name=$first.$number
done
printf '%s\n' "$name"
