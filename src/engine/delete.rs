//! DELETE: the wish to be gone into the tags; from then on the deletion is durable.

use super::create::{random_id, retrying};
use super::update::wish_refused;
use super::{Engine, now};
use crate::aws::Cause;
use crate::error::Result;
use crate::model::{Meaning, Provider, ServiceId, Tags, tag};

impl Engine {
    /// Deletes a service and everything that belongs to it. What is not there, or not ours, is
    /// gone already.
    ///
    /// # Errors
    /// [`crate::error::Kind::Unavailable`] where the wish could not be written.
    pub async fn delete(&self, provider: Provider, id: ServiceId) -> Result<()> {
        let Some(known) = self.look_surely(id).await? else { return Ok(()) };
        if !known.is_of(provider) {
            return Ok(());
        }
        let decided = known.instance.tags.contains_key(tag::DELETING);
        if !decided {
            let wish = random_id();
            let tags = Tags::from([(tag::DELETING.to_owned(), wish.clone()), (tag::WISH.to_owned(), wish)]);
            match retrying(|| self.inner.aws.write_tags(&known.instance.arn, &tags)).await {
                Ok(()) => self.saw_tags(&known, &tags),
                // Someone else deletes it: its secrets go with the sweep.
                Err(failure) if failure.cause == Cause::NotFound => return Ok(()),
                Err(_) if known.instance.status.meaning() == Meaning::Deleting => return Ok(()),
                Err(failure) => {
                    return Err(wish_refused(failure.about_young(known.instance.is_young(now()))));
                }
            }
        }
        self.push(id);
        Ok(())
    }
}
