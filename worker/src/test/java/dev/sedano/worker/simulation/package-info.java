/** The real worker core under virtual time, a faulty store link and a simulated broker, all driven by one seed. */
@NullMarked
package dev.sedano.worker.simulation;

import org.jspecify.annotations.NullMarked;
