/* The least that a runtime can be: takes each event and answers {}. Linked statically, for provided.al2023. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int readHead(int socket, char *buffer, size_t size) {
    size_t have = 0;
    while (have < size - 1) {
        ssize_t n = read(socket, buffer + have, size - 1 - have);
        if (n <= 0) exit(1);
        have += (size_t)n;
        buffer[have] = 0;
        char *end = strstr(buffer, "\r\n\r\n");
        if (!end) continue;
        char *length = strcasestr(buffer, "content-length:");
        size_t body = length ? strtoul(length + 15, NULL, 10) : 0;
        if (have >= (size_t)(end - buffer) + 4 + body) return 0;
    }
    return 1;
}

int main(void) {
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!api) return 2;
    char host[64] = {0};
    const char *colon = strrchr(api, ':');
    memcpy(host, api, (size_t)(colon - api));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, host, &address.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) return 3;
    static char buffer[65536], request[1024];
    static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: h\r\n\r\n";
    if (write(connection, next, sizeof next - 1) < 0) return 4;
    for (;;) {
        if (readHead(connection, buffer, sizeof buffer)) return 5;
        char *id = strcasestr(buffer, "lambda-runtime-aws-request-id:");
        if (!id) return 6;
        id += 30;
        while (*id == ' ') id++;
        int n = snprintf(request, sizeof request,
                         "POST /2018-06-01/runtime/invocation/%.*s/response HTTP/1.1\r\nHost: h\r\n"
                         "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                         (int)strcspn(id, "\r"), id);
        if (write(connection, request, (size_t)n) < 0) return 7;
        if (readHead(connection, buffer, sizeof buffer)) return 8;
        if (write(connection, next, sizeof next - 1) < 0) return 9;
    }
}
