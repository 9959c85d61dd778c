/* The last step before a program reads what others write: from here on it uses what it has open, and opens nothing.
 *
 * Landlock takes away all files, and seccomp all system calls but those of a profile. Each needs NO_NEW_PRIVS (see
 * privilege.h) and a kernel that has it; neither needs privilege. Both count for the calling thread: there must be no
 * other. They cannot be undone. */
#ifndef NET_CONFINE_H
#define NET_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum confine_profile {
    CONFINE_FILTER,   /* reads, writes, waits */
    CONFINE_DRAWER,   /* and ends files that are open where it stopped to write */
    CONFINE_SCREEN,   /* a filter that draws on a terminal */
    CONFINE_LISTENER, /* and hears packets on interfaces that may come and go */
    CONFINE_SENDER,   /* a filter that sends packets, or hears them first, and asks the kernel for interfaces */
    CONFINE_SIGNER,   /* a sender that reads its file of keys again */
    CONFINE_HOLDER,   /* a filter that sets addresses and sends packets, through sockets that are open */
    CONFINE_REPORTER, /* a holder that opens FIFOs, and settings, to write into them */
    CONFINE_SETTER,   /* a holder that opens packet sockets */
    CONFINE_CALLER,   /* a filter that opens FIFOs to write into them, and to read the answer */
    CONFINE_WATCHER,  /* a filter that asks the kernel for interfaces and looks at files, and a reporter */
    CONFINE_KEEPER,   /* a filter that makes files, renames and removes them */
};

/* What is left of the files in a directory. */
enum confine_access {
    CONFINE_WRITE = 1, /* those that are there can be opened to write into them */
    CONFINE_READ = 2,  /* or to read them */
    CONFINE_MAKE = 4,  /* and they can be made, cut off, renamed and removed */
};

/* No file can be opened, made, removed or executed, no TCP port bound or connected to, and no process outside be
 * signalled, as far as this kernel's Landlock knows of it. What is open stays open. directory: in it there is still the
 * access that is given, bits of confine_access; -1: there is none. False: errno. */
struct confine_place {
    int directory;
    unsigned access;
};
bool confine_files(const struct confine_place *places, size_t count);

/* Only the calls of the profile are made. The others fail with ENOSYS, so that a C library that tries a new one first
 * falls back to the old one; but whoever wants to run a program or reach into another process is ended with SIGSYS.
 * False: errno, and any call is still possible. */
bool confine_calls(enum confine_profile profile);

#endif
