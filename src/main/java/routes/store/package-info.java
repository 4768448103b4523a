/** Inbox and delivery log: the only package that knows JDBC. */
@NullMarked
package routes.store;

import org.jspecify.annotations.NullMarked;
