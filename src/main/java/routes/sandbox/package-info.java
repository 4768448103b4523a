/**
 * Intercom and Klaviyo in the small: hand-made HTTP servers that answer as the two services are documented to answer,
 * invented data to fill them with, and a sender of signed notifications.
 *
 * <p>The {@code sandbox} command and all tests use the same ones. They are strict on purpose: a stand-in that is kinder
 * than the service proves nothing. Where the documents leave room, the choice is the one that is harder for the caller.
 */
@NullMarked
package routes.sandbox;

import org.jspecify.annotations.NullMarked;
