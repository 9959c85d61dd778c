/* A captured frame: its bytes, and where and when it was seen. */
#ifndef CORE_SIGHTING_H
#define CORE_SIGHTING_H

#include "core/frame.h"

struct sighting {
    stamp time;
    enum link_layer link;
    enum direction dir; /* DIR_UNKNOWN: as the frame says, if it does */
    const char *ifname; /* NULL: unknown */
    const uint8_t *bytes;
    size_t length; /* captured */
};

#endif
