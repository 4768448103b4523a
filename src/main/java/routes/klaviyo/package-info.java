/** What Klaviyo takes and answers: identity of a profile, event requests, the outcome of an answer, pacing. */
@NullMarked
package routes.klaviyo;

import org.jspecify.annotations.NullMarked;
