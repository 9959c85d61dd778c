/* The file of -k: `key` lines (vrrp-keys(5)). */
#ifndef CMD_KEY_FILE_H
#define CMD_KEY_FILE_H

#include "cmd/cli.h"
#include "core/auth_keys.h"

/* Reads path. Whatever is wrong is said, with file, line and word, but never a secret; *status is then EXIT_USAGE, or
 * EXIT_SYSTEM when it cannot be read, and NULL is returned. */
struct auth_keys *key_file_load(const char *path, enum exit_status *status);
/* The same, but what is wrong ends the program; and its memory is hidden before. */
struct auth_keys *key_file_read(const char *path);

#endif
