/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks of the description of the hardware, and of its pins.
 */
#ifndef USERSPACE_DOCTOR_PINS_H
#define USERSPACE_DOCTOR_PINS_H

#include "doctor_finding.h"

/* Whether the device is described to the kernel, and who has its pins. */
void doctor_look_at_description(const struct patient *patient, struct finding *finding);
void doctor_look_at_pins(const struct patient *patient, struct finding *finding);

#endif
