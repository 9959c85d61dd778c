/* The command that a user gives to a program that runs it. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <limits.h>

/* The file that word is, through PATH when it has no slash; exit 2 when it cannot be executed: at the first time that
 * it is needed would be too late. before: what stands before it in the message, "" or "--master ". */
void command_find(const char *before, const char *word, char path[static PATH_MAX]);

#endif
