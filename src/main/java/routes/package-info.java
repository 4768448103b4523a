/** The application: its settings, its commands, and the list of what it is made of. */
@NullMarked
package routes;

import org.jspecify.annotations.NullMarked;
