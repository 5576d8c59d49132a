#!/bin/sh
# /var/runtime/bootstrap of Python functions, for wrappers that start the runtime themselves.
name=${AWS_EXECUTION_ENV#AWS_Lambda_}
for folder in /var/lang/bin /usr/local/bin /usr/bin; do
  if [ -x "$folder/$name" ]; then
    exec "$folder/$name" -S -u /var/runtime/bootstrap.py "$@"
  fi
done
echo "there is no $name" >&2
exit 127
