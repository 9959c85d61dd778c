/* A file of `vr` lines: the configuration. */
#ifndef CMD_VR_FILE_H
#define CMD_VR_FILE_H

#include "cmd/cli.h"
#include "cmd/line_file.h"
#include "core/config.h"

/* Told once per `vr` line. Returns NULL, or what is wrong with it. */
typedef const char *vr_file_take(void *context, const struct vr_config *c);

/* Reads path ("-" is not stdin here); `watch` and `check` lines are for others. Whatever is wrong is said, with file, line and word: EXIT_USAGE, or EXIT_SYSTEM when
 * it cannot be read. What came before that was taken. */
enum exit_status vr_file_load(const char *path, vr_file_take *take, void *context);
/* The same, and these are told to `others`. */
enum exit_status vr_file_load_all(const char *path, vr_file_take *take, line_file_take *others, void *context);
/* The same, but what is wrong ends the program. */
void vr_file_read(const char *path, vr_file_take *take, void *context);

#endif
