/** What a handler's author sees: tasks, their context, and the registry. Depends on nothing but JSpecify. */
@NullMarked
package dev.sedano.task;

import org.jspecify.annotations.NullMarked;
