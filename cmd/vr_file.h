/* A file of `vr` lines: the configuration. */
#ifndef CMD_VR_FILE_H
#define CMD_VR_FILE_H

#include "core/config.h"

/* Told once per `vr` line. Returns NULL, or what is wrong with it. */
typedef const char *vr_file_take(void *context, const struct vr_config *c);

/* Reads path ("-" is not stdin here). Whatever is wrong ends the program: exit 2 naming file, line and word, or exit 3
 * when it cannot be read. */
void vr_file_read(const char *path, vr_file_take *take, void *context);

#endif
