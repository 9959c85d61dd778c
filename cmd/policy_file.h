/* A policy's file, read before anything is done. */
#ifndef CMD_POLICY_FILE_H
#define CMD_POLICY_FILE_H

#include "core/policy.h"

/* Exits: 2 when a line is wrong (the message names file, line and word), 3 when the file cannot be read. */
struct policy *policy_file_read(const char *path);

#endif
