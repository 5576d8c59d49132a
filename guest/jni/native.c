// The native half of hearth.guest.Native.
#include <jni.h>
#include <stdlib.h>
#include <unistd.h>

JNIEXPORT void JNICALL Java_hearth_guest_Native_setVariable(JNIEnv *env, jclass class, jstring name, jstring value) {
    (void)class;
    const char *name_text = (*env)->GetStringUTFChars(env, name, NULL);
    const char *value_text = (*env)->GetStringUTFChars(env, value, NULL);
    if (name_text && value_text)
        setenv(name_text, value_text, 1);
    if (value_text)
        (*env)->ReleaseStringUTFChars(env, value, value_text);
    if (name_text)
        (*env)->ReleaseStringUTFChars(env, name, name_text);
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
