// The native half of hearth.guest.Native.
#include <jni.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

JNIEXPORT void JNICALL Java_hearth_guest_Native_setVariable(JNIEnv *env, jclass class, jbyteArray variable) {
    (void)class;
    jbyte *bytes = (*env)->GetByteArrayElements(env, variable, NULL);
    if (!bytes)
        return;
    char *text = (char *)bytes, *equals = strchr(text, '=');
    if (equals) {
        *equals = 0;
        setenv(text, equals + 1, 1);
    }
    (*env)->ReleaseByteArrayElements(env, variable, bytes, JNI_ABORT);
}

JNIEXPORT void JNICALL Java_hearth_guest_Native_unsetVariable(JNIEnv *env, jclass class, jstring name) {
    (void)class;
    const char *text = (*env)->GetStringUTFChars(env, name, NULL);
    if (!text)
        return;
    unsetenv(text);
    (*env)->ReleaseStringUTFChars(env, name, text);
}

JNIEXPORT void JNICALL Java_hearth_guest_Native_changeDirectory(JNIEnv *env, jclass class, jstring path) {
    (void)class;
    const char *text = (*env)->GetStringUTFChars(env, path, NULL);
    if (!text)
        return;
    if (chdir(text) == -1)
        (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), text);
    (*env)->ReleaseStringUTFChars(env, path, text);
}
