/** Tasks and their handlers: loading applications, binding arguments. */
@NullMarked
package dev.sedano.worker.handler;

import org.jspecify.annotations.NullMarked;
