/** Sedano services. */
@NullMarked
package dev.sedano.services;

import org.jspecify.annotations.NullMarked;
