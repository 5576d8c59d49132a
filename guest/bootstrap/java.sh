#!/bin/sh
# /var/runtime/bootstrap of Java functions, for wrappers that start the runtime themselves. Less quick than what starts
# without one: it knows of no archive of classes.
major=${AWS_EXECUTION_ENV#AWS_Lambda_java}
major=${major%%.*}
set -- "-XX:MaxHeapSize=$((${AWS_LAMBDA_FUNCTION_MEMORY_SIZE:-128} * 85 / 100))m" -XX:+UseSerialGC -Xshare:auto \
  -XX:TieredStopAtLevel=1 -XX:+ErrorFileToStderr -Djava.net.preferIPv4Stack=true -Duser.language=en -Duser.country=US \
  -Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac -Dhearth.native=/var/runtime/jni/libhearth.so "$@"
if [ "$major" -ge 9 ]; then
  set -- --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED "$@"
fi
if [ "$major" -ge 24 ]; then
  set -- --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@"
fi
library=/var/runtime/jni/libaws-lambda-jni.linux-$(uname -m | sed s/aarch64/aarch_64/).so
set -- "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=$library" "$@"
for home in /var/lang /usr/lib/jvm/*; do
  if grep -Eqs "^JAVA_VERSION=\"(1\.)?$major[.\"]" "$home/release"; then
    exec "$home/bin/java" "$@" -cp "/var/runtime/*" hearth.guest.JavaRuntime
  fi
done
echo "there is no Java $major" >&2
exit 127
