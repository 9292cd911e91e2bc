#!/bin/sh
# `rescueterm [HOST]` opens the window. A command of the command line runs in the system's Node: it must work without a display,
# where Electron does not start, and the packaged Electron may not act as Node (fuse).
here=$(dirname "$(readlink -f "$0")")
[ -d "$here/resources/cli" ] || here=/opt/RescueTerm

# The first word that is no option and no option's value decides.
first=
skip=
for word in "$@"; do
  if [ -n "$skip" ]; then
    skip=
    continue
  fi
  case $word in
    -h | --help | --version | --json) first=help && break ;;
    -p | --port | --data-dir | --lang | --key | --ip | --id | --known-hosts | --global-known-hosts) skip=1 ;;
    -*) ;;
    *) first=$word && break ;;
  esac
done

case $first in
  connect | check | set-aside | restore | watch | status | practice | help) ;;
  *) exec "$here/rescueterm-window" "$@" ;;
esac
if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  exec node "$here/resources/cli/cli.cjs" "$@"
fi
echo 'rescueterm: the command line needs Node 20.19 or newer on the PATH (the window does not)' >&2
exit 1
