#!/bin/sh
# /var/runtime/bootstrap of Node.js functions, for wrappers that start the runtime themselves.
major=${AWS_EXECUTION_ENV#AWS_Lambda_nodejs}
major=${major%%.*}
memory=${AWS_LAMBDA_FUNCTION_MEMORY_SIZE:-128}
for node in /var/lang/bin/node /usr/local/bin/node /usr/bin/node; do
  version=$("$node" --version 2>/dev/null)
  case $version in
    "v$major."*)
      minor=${version#*.}
      # Before 22.15, for ES modules by NODE_PATH.
      if [ "$major" -lt 22 ] || { [ "$major" -eq 22 ] && [ "${minor%%.*}" -lt 15 ]; }; then
        set -- --expose-internals "$@"
      fi
      exec "$node" --max-semi-space-size=$((memory * 5 / 100)) --max-old-space-size=$((memory * 90 / 100)) "$@" \
        /var/runtime/bootstrap.cjs ;;
  esac
done
echo "there is no Node.js $major" >&2
exit 127
